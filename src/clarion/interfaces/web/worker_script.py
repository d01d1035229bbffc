"""The script that a browser keeps to show messages while no page of Clarion is open."""

SCRIPT = """// Shows what Clarion sends, and opens the page it is about.
addEventListener("push", event => {
  const said = event.data ? event.data.json() : {};
  const more = said.image ? { image: said.image } : {};
  event.waitUntil(registration.showNotification(said.title || "Clarion", {
    body: said.body || "", tag: said.tag, icon: "ICON", data: { url: said.url || "/" }, ...more,
  }));
});
addEventListener("notificationclick", event => {
  event.notification.close();
  const url = new URL(event.notification.data.url, location.origin);
  if (url.origin === location.origin) event.waitUntil(clients.openWindow(url.href));
});
"""
