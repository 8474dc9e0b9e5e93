/* A live map takes the place of its picture when a reader comes near: browsers load a srcdoc frame at once,
   however lazy it is asked to be, and each map holds a screen in memory. */
(function () {
  "use strict";
  if (!("IntersectionObserver" in window)) {
    return; // the pictures stay
  }
  const watch = new IntersectionObserver((seen) => {
    seen.filter((entry) => entry.isIntersecting).forEach((entry) => {
      const slot = entry.target.querySelector("template.live");
      watch.unobserve(entry.target);
      entry.target.classList.add("is-live");
      slot.replaceWith(slot.content);
    });
  }, { rootMargin: "300px 0px" });
  document.querySelectorAll("template.live").forEach((slot) => watch.observe(slot.parentNode));
})();
