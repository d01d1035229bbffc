// <post-review>: "A" approves, when nobody is typing and single keys are on.
const TYPING = "input, textarea, select, [contenteditable], dialog[open]";

class PostReview extends HTMLElement {
  connectedCallback() {
    this.pressed = event => {
      if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.body.dataset.shortcuts === "off" || event.target.closest?.(TYPING)) return;
      const button = this.querySelector("[data-approve]");
      // After "g" the letter means a page: the page's own keys are asked first.
      if (!button || this.afterG) return;
      event.preventDefault();
      button.click();
    };
    this.noted = event => { this.afterG = event.key === "g"; };
    addEventListener("keydown", this.pressed);
    addEventListener("keydown", this.noted);
  }

  disconnectedCallback() {
    removeEventListener("keydown", this.pressed);
    removeEventListener("keydown", this.noted);
  }
}
customElements.define("post-review", PostReview);
