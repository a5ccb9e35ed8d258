"use strict";
const LINK = new URL(self.registration.scope);
const PAGE = `${LINK.pathname}?web`;
const SHELF = `card ${LINK.pathname}`;

const isThePage = (request) => request.mode === "navigate" && request.url === new URL(PAGE, LINK).href;

// Trouble of the service is no reason to forget the card; that it is gone is.
async function keep(answer) {
  const shelf = await caches.open(SHELF);
  if (answer.ok) await shelf.put(PAGE, answer);
  else if (answer.status === 404 || answer.status === 410) await shelf.delete(PAGE);
}

async function fromNetworkOrShelf(event) {
  const answer = await fetch(event.request).catch(() => Response.error());
  if (answer.type !== "error") event.waitUntil(keep(answer.clone()));
  const isTrouble = answer.type === "error" || answer.status >= 500;
  return (isTrouble && (await caches.match(PAGE))) || answer;
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fetch(PAGE, { headers: { Accept: "text/html" } }).then(keep));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (isThePage(event.request)) event.respondWith(fromNetworkOrShelf(event));
});
self.addEventListener("push", (event) => {
  const { title = "", ...rest } = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(title, { icon: `${LINK.pathname}/icon.png`, ...rest }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.link ?? PAGE));
});
