"use strict";
const LINK = new URL(self.registration.scope);
const PAGE = `${LINK.pathname}?web`;
const SHELF = `card ${LINK.pathname}`;

const isThePage = (request) => request.mode === "navigate" && request.url === new URL(PAGE, LINK).href;

async function keep(answer) {
  const shelf = await caches.open(SHELF);
  await (answer.ok ? shelf.put(PAGE, answer) : shelf.delete(PAGE));
}

async function fromNetworkOrShelf(event) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keep(answer.clone()));
    return answer;
  } catch (trouble) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw trouble;
  }
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
