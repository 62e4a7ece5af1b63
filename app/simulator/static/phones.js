// Keeps the phones fresh: what changed is swapped inside each phone, what somebody is typing stays.
(() => {
  const EVERY_MS = 1200;
  const live = document.getElementById("live");
  const main = document.getElementById("phones");
  let seen = null;

  const isAtEnd = (thread) => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
  const toEnd = (root) => root.querySelectorAll(".thread").forEach((thread) => { thread.scrollTop = thread.scrollHeight; });

  const swap = (here, next) => {
    next.querySelectorAll("[data-part]").forEach((part) => {
      const old = here.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!old || old.innerHTML === part.innerHTML) return;
      const follows = old.classList.contains("thread") && isAtEnd(old);
      old.innerHTML = part.innerHTML;
      if (follows) old.scrollTop = old.scrollHeight;
    });
  };

  const refresh = async () => {
    const answer = await fetch(location.href);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("summary").textContent = next.getElementById("summary").textContent;
    [...next.querySelectorAll(".phone")].reverse().forEach((phone) => {
      const here = document.getElementById(phone.id);
      if (here) {
        swap(here, phone);
      } else {
        main.prepend(phone);
        toEnd(phone);
      }
    });
  };

  const look = async () => {
    try {
      const answer = await fetch("/phones/revision");
      const { revision, now } = await answer.json();
      document.getElementById("now").textContent = now;
      if (seen !== null && revision !== seen) await refresh();
      seen = revision;
      live.hidden = false;
      live.className = "";
      live.textContent = "Live";
    } catch {
      live.className = "off";
      live.textContent = "Not connected";
    }
    setTimeout(look, EVERY_MS);
  };

  toEnd(document);
  look();
})();
