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
    say("Live", true);
  };
  const lost = (text) => {
    lostAt = lostAt || heardAt;
    const since = new Date(lostAt).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    say(text || `Not live since ${since}`, false);
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
    lost(event.detail.status === 401 ? "Signed out" : "");
  });
  document.addEventListener("htmx:sse:close", () => {
    connection = null;
    lost();
  });

  // The parts fetch at most once in 400 ms and drop what comes in between: the last signal of a burst is given again,
  // so that what is shown is never older than the last change.
  const AGAIN_MS = 900;
  let again = null;
  const lookAgainIn = (ms) => {
    clearTimeout(again);
    again = setTimeout(() => navigator.onLine && htmx.trigger(source, "changed", { again: true }), ms);
  };
  source.addEventListener("changed", (event) => {
    if (!event.detail || !event.detail.again) lookAgainIn(AGAIN_MS);
  });

  // What fails is tried again: a part that could not be fetched would stay old until the next change, and the extension
  // gives up when its first connection fails.
  const TRY_AGAIN_MS = 2000;
  const isPart = (one) => one.matches && one.matches("[hx-trigger^='changed']");
  const failed = (event) => {
    const response = event.detail.ctx && event.detail.ctx.response;
    const isFinal = response && response.status < 500 && response.status !== 429;
    if (event.target === source) {
      lost(response && response.status === 401 ? "Signed out" : "");
      if (!isFinal) setTimeout(() => htmx.trigger(source, "rrt-retry"), TRY_AGAIN_MS);
    } else if (isPart(event.target) && !isFinal) {
      isBehind = true;
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
    const isSignedOut = shown && shown.textContent === "Signed out";
    if (lostAt && Date.now() - lostAt > RELOAD_AFTER_MS && !isSignedOut && shown) {
      say(`${shown.textContent.replace(", reload", "")}, reload`, false);
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
