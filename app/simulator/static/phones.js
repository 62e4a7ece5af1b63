// Swaps the phones' threads when something has changed; what somebody is typing stays.
(() => {
  let seen = null;
  const bottom = (thread) => { thread.scrollTop = thread.scrollHeight; };
  document.querySelectorAll(".thread").forEach(bottom);

  const refresh = async () => {
    const answer = await fetch(location.href);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.querySelector("main");
    const typing = document.activeElement && document.activeElement.value;
    if (typing) {
      next.querySelectorAll(".phone").forEach((phone) => {
        const here = document.getElementById(phone.id);
        if (here) here.querySelector(".thread").replaceWith(phone.querySelector(".thread"));
      });
    } else {
      main.replaceWith(next.querySelector("main"));
    }
    document.querySelectorAll(".thread").forEach(bottom);
  };

  setInterval(async () => {
    try {
      const { revision } = await (await fetch("/phones/revision")).json();
      if (seen !== null && revision !== seen) await refresh();
      seen = revision;
    } catch {
      // The simulator is restarting; the next try finds it.
    }
  }, 1500);
})();
