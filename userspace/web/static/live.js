// SPDX-License-Identifier: Apache-2.0
// Fetches the page again at each sample and puts its <main> in place of the one that is there: the scrolled place, the
// selection elsewhere and an opened list stay. When nothing comes any more it says so; old numbers must not look new.
"use strict";
(() => {
  const interval = Math.max(1000, Number(document.body.dataset.interval) || 1000);
  let failures = 0;

  const show_stale = () => {
    const stale = document.querySelector(".stale");
    if (stale) stale.hidden = failures < 3;
  };

  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("main");
      const now = document.querySelector("main");
      const same = next.querySelector(".when").textContent === now.querySelector(".when").textContent;
      failures = same ? failures + 1 : 0;
      if (!same) {
        const opened = now.querySelector("details[open]") !== null;
        const details = next.querySelector("details");
        if (details && opened) details.open = true;
        const left = now.querySelector(".scroll");
        const scrolled = left ? left.scrollLeft : 0;
        now.replaceWith(next);
        const right = next.querySelector(".scroll");
        if (right) right.scrollLeft = scrolled;
        document.title = page.title;
      }
    } catch {
      failures += 1;
    }
    show_stale();
  };

  const loop = async () => {
    await renew();
    setTimeout(loop, interval);
  };
  setTimeout(loop, interval);
})();
