// <push-switch data-key=KEY data-worker=URL data-add=URL>: a button that asks this browser for messages.
// Without a script, or where browsers allow none, its words say so and no button shows.
import { send } from "clarion/net";

const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));

class PushSwitch extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !isSecureContext) return;
    this.say("");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.turnOn());
  }

  say(words) { this.querySelector("[data-said]").textContent = words; }

  async turnOn() {
    this.button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") {
        this.say("The browser was told not to show messages of this site. Allow them in its settings, then try again.");
        return;
      }
      const worker = await navigator.serviceWorker.register(this.dataset.worker);
      await navigator.serviceWorker.ready;
      const old = await worker.pushManager.getSubscription();
      if (old) await old.unsubscribe();
      const known = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.dataset.key) });
      const { endpoint, keys } = known.toJSON();
      await send(this.dataset.add, { endpoint, ...keys, name: this.named() });
      location.reload();
    } catch (problem) {
      this.say(problem.message || "The browser gave no reason. Try again.");
    } finally { this.button.disabled = false; }
  }

  named() {
    const agent = navigator.userAgent, of = words => words.find(word => agent.includes(word)) ?? "";
    const browser = of(["Firefox", "Edg", "Chrome", "Safari"]).replace("Edg", "Edge") || "Browser";
    const system = of(["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"]);
    return system ? `${browser} on ${system}` : browser;
  }
}

customElements.define("push-switch", PushSwitch);
