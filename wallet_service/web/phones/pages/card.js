"use strict";
(() => {
  const body = document.body;
  const { path, rest } = body.dataset;
  const live = [...document.querySelectorAll("[data-live]")];
  const told = document.getElementById("told");
  const SECONDS = 30;
  let mark = `"${body.dataset.mark}"`;

  // What was true last, for when there is no network; a browser may refuse to keep it.
  const shelf = {
    put(texts) { try { localStorage.setItem(path, JSON.stringify({ rest, texts, at: Date.now() })); } catch { /* then not */ } },
    get() { try { return JSON.parse(localStorage.getItem(path)); } catch { return null; } },
    clear() { try { localStorage.removeItem(path); } catch { /* it never was there */ } },
  };

  function show(texts) {
    texts.forEach((text, place) => {
      const node = live[place];
      if (!node || node.textContent === text) return;
      node.textContent = text;
      node.classList.remove("fresh");
      void node.offsetWidth;
      node.classList.add("fresh");
    });
  }

  function fresh() {
    shelf.put(live.map((node) => node.textContent));
    told.hidden = true;
    body.dataset.state = "fresh";
  }

  function stale() {
    const kept = shelf.get();
    if (kept && kept.rest === rest) show(kept.texts);
    const when = new Date(kept ? kept.at : body.dataset.at);
    told.textContent = told.dataset.text.replace("%", when.toLocaleString(document.documentElement.lang));
    told.hidden = false;
    body.dataset.state = "stale";
  }

  async function take(answer) {
    if (answer.status === 404 || answer.status === 410) {
      shelf.clear();
      return location.reload();
    }
    if (answer.status === 200) {
      const card = await answer.json();
      if (card.rest !== rest) return location.reload();
      mark = answer.headers.get("ETag");
      show(card.texts);
    } else if (answer.status !== 304) {
      throw new Error(answer.status);
    }
    fresh();
  }

  async function ask() {
    try {
      const signal = AbortSignal.timeout(10000);
      await take(await fetch(`${path}?json`, { headers: { "If-None-Match": mark }, cache: "no-store", signal }));
    } catch {
      stale();
    }
  }

  const seen = () => document.visibilityState === "visible";
  addEventListener("focus", ask);
  addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => seen() && ask());
  setInterval(() => seen() && ask(), SECONDS * 1000);

  async function offer(button, worker) {
    const say = (on) => {
      button.textContent = on ? button.dataset.on : button.dataset.off;
      button.setAttribute("aria-pressed", String(on));
    };
    const send = async (method, subscription) => {
      const answer = await fetch(`${path}/push`, { method, body: JSON.stringify(subscription) });
      if (!answer.ok) throw new Error(answer.status);
    };
    const begin = async () => {
      const wish = { userVisibleOnly: true, applicationServerKey: button.dataset.key };
      const subscription = await worker.pushManager.subscribe(wish);
      await send("POST", subscription).catch((trouble) => subscription.unsubscribe().then(() => { throw trouble; }));
    };
    const end = async (subscription) => {
      await send("DELETE", subscription);
      await subscription.unsubscribe();
    };
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const held = await worker.pushManager.getSubscription();
        await (held ? end(held) : begin());
        say(!held);
      } catch {
        button.textContent = button.dataset.failed;
      }
      button.disabled = false;
    });
    say(Boolean(await worker.pushManager.getSubscription()));
    button.hidden = false;
  }

  async function settle() {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(`${path}/worker.js`, { scope: path });
    const worker = await navigator.serviceWorker.ready;
    body.dataset.worker = "ready";
    const button = document.getElementById("push");
    if (button && "PushManager" in window) await offer(button, worker);
  }

  ask();
  settle().catch(() => { body.dataset.worker = "none"; });
})();
