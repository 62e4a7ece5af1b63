// Says whether the page is live, and cuts a connection that has gone silent, so that it is made again.
// The parts that change are fetched again by htmx. Without this script the pages work; they are only not live.
(() => {
  const RELOAD_AFTER_MS = 30000;
  const source = document.getElementById("sse");
  const shown = document.getElementById("live");
  if (!source) return;
  const quietMs = Number(source.dataset.quiet || 40000);
  let connection = null;
  let heardAt = Date.now();
  let lostAt = null;
  let isBehind = false; // a part that has changed could not be fetched

  const say = (text, isLive) => {
    if (!shown || shown.textContent === text) return;
    shown.textContent = text;
    shown.classList.toggle("rrt-off", !isLive);
  };
  const live = () => {
    heardAt = Date.now();
    if (isBehind) return;
    lostAt = null;
    say(source.dataset.live, true);
  };
  const lost = (text) => {
    lostAt = lostAt || heardAt;
    say(text || `${source.dataset.lost} ${window.rrtTime(source.dataset, lostAt)}`, false);
  };

  document.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail.connection;
    live();
  });
  document.addEventListener("htmx:sse:after:message", (event) => {
    connection = event.detail.connection; // this script may have come later than the connection
    live();
  });
  document.addEventListener("htmx:sse:error", (event) => {
    lost(event.detail.status === 401 ? source.dataset.signedOut : "");
  });
  document.addEventListener("htmx:sse:close", () => {
    connection = null;
    lost();
  });

  // The parts fetch at most once in 400 ms, and a signal may be dropped meanwhile: a part that has not asked since the last
  // one is told again, so that what is shown is never older than the last change. One that has asked is left alone.
  const AGAIN_MS = 900;
  const isPart = (one) => one.matches && one.matches("[hx-trigger^='changed']");
  const asked = new WeakMap(); // part: how many signals there had been when it last asked
  let signals = 0;
  let again = null;
  const isOld = (part) => (asked.get(part) || 0) < signals;
  const lookAgainIn = (ms) => {
    clearTimeout(again);
    again = setTimeout(() => {
      const isMissed = [...document.querySelectorAll("[hx-trigger^='changed']")].some(isOld);
      if (isMissed && navigator.onLine) htmx.trigger(source, "changed");
    }, ms);
  };
  const hear = (event) => {
    if (event.target !== source) return;
    signals += 1;
    lookAgainIn(AGAIN_MS);
  };
  document.addEventListener("changed", hear, true); // on its way in: before the parts hear it, and ask
  document.addEventListener("htmx:before:request", (event) => isPart(event.target) && asked.set(event.target, signals));

  // What fails is tried again: a part that could not be fetched would stay old until the next change, and the extension
  // gives up when its first connection fails.
  const TRY_AGAIN_MS = 2000;
  const failed = (event) => {
    const response = event.detail.ctx && event.detail.ctx.response;
    const isFinal = response && response.status < 500 && response.status !== 429;
    if (event.target === source) {
      lost(response && response.status === 401 ? source.dataset.signedOut : "");
      if (!isFinal) setTimeout(() => htmx.trigger(source, "rrt-retry"), TRY_AGAIN_MS);
    } else if (isPart(event.target) && !isFinal) {
      isBehind = true;
      asked.delete(event.target);
      lost();
      lookAgainIn(TRY_AGAIN_MS);
    }
  };
  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:response:error", failed);
  document.addEventListener("htmx:after:swap", (event) => {
    if (!isBehind || !isPart(event.target)) return;
    isBehind = false;
    if (connection) live();
  });

  // The stream itself may not notice for long that the network is gone; the browser often does.
  window.addEventListener("offline", () => lost());
  window.addEventListener("online", () => {
    if (isBehind) lookAgainIn(0);
    if (connection && connection.reader) connection.reader.cancel();
    else htmx.trigger(source, "rrt-retry");
  });

  setInterval(() => {
    const isSignedOut = shown && shown.textContent === source.dataset.signedOut;
    if (lostAt && Date.now() - lostAt > RELOAD_AFTER_MS && !isSignedOut && shown) {
      const reload = `, ${source.dataset.reload}`;
      say(shown.textContent.replace(reload, "") + reload, false);
    }
    if (Date.now() - heardAt < quietMs) return;
    heardAt = Date.now();
    if (!isSignedOut && !lostAt) lost();
    if (connection && connection.reader) {
      connection.reader.cancel(); // ends the stream; the extension then connects again
    } else {
      htmx.trigger(source, "rrt-retry"); // the first connection never came up, or was given up
    }
  }, 1000);
})();
