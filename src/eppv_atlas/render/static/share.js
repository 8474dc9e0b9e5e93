/* Taking things along: the link with its state, code to embed it, texts and files. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.share) {
    return;
  }

  const { both, el, named } = eppv;

  /* a name that any disk takes and no shell trips over */
  function fileName(name) {
    return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/\.{2,}/g, ".").replace(/^[.-]+/, "").slice(-100) || "file";
  }

  /* a file made in the page; nothing is sent anywhere */
  function save(name, type, content) {
    const blob = content instanceof Blob ? content : new Blob([content], { type });
    const anchor = el("a");
    anchor.href = URL.createObjectURL(blob);
    anchor.download = fileName(name);
    anchor.hidden = true;
    document.body.appendChild(anchor);
    anchor.click();
    anchor.remove();
    window.setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  }

  function oldCopy(text) {
    const box = el("textarea", "unseen");
    box.value = text;
    document.body.appendChild(box);
    box.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    box.remove();
    return Promise.resolve(done);
  }

  /* copy a text; resolves to whether it went well */
  function copy(text) {
    if (navigator.clipboard && navigator.clipboard.writeText) {
      return navigator.clipboard.writeText(text).then(() => true, () => oldCopy(text));
    }
    return oldCopy(text);
  }

  function copier(text, name) {
    const button = eppv.button("do-copy", name, () => {
      copy(text()).then((done) => {
        button.textContent = "";
        button.appendChild(both(done ? eppv.ui.copied : eppv.ui.copy_by_hand));
        eppv.announce(done ? eppv.ui.copied : eppv.ui.copy_by_hand);
      });
    });
    return button;
  }

  function dialog(title, ...content) {
    const box = el("dialog", "dialog");
    const close = eppv.button("dialog-close", eppv.ui.close, () => shut());
    named(box, title);
    box.appendChild(el("header", "", el("h2", "", both(title)), close));
    content.forEach((node) => box.appendChild(node));
    const back = document.activeElement;
    function shut() {
      if (box.close) {
        box.close();
      }
      box.remove();
      if (back && back.focus) {
        back.focus();
      }
    }
    box.addEventListener("keydown", (event) => event.stopPropagation()); // its keys are its own
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      shut();
    });
    box.addEventListener("click", (event) => {
      if (event.target === box) {
        shut();
      }
    });
    document.body.appendChild(box);
    if (box.showModal) {
      box.showModal();
    } else {
      box.setAttribute("open", "");
    }
    return box;
  }

  function field(text, name, rows, copying) {
    const box = el("textarea", "take-text");
    box.readOnly = true;
    box.rows = rows;
    box.value = text;
    named(box, name);
    box.addEventListener("focus", () => box.select());
    return el("div", "take", el("h3", "", both(name)), box, copier(() => box.value, copying));
  }

  function attribute(text) {
    return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function embedCode() {
    return (
      '<iframe src="' + attribute(eppv.state.address({ embed: "1" })) + '" title="' + attribute(document.title) +
      '" width="100%" height="560" loading="lazy" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads" style="border:0"></iframe>'
    );
  }

  function share() {
    const local = !/^https?:$/.test(window.location.protocol);
    dialog(
      eppv.ui.share,
      field(eppv.state.address(), eppv.ui.link, 2, eppv.ui.copy_link),
      field(embedCode(), eppv.ui.embed_code, 4, eppv.ui.copy_embed),
      local ? el("p", "small", both(eppv.ui.not_published)) : el("span", "")
    );
  }

  function link() {
    copy(eppv.state.address()).then((done) => {
      if (done) {
        eppv.announce(eppv.ui.copied);
        toast(eppv.ui.copied);
      } else {
        share();
      }
    });
  }

  function toast(text) {
    const note = el("div", "toast", both(text));
    document.body.appendChild(note);
    window.setTimeout(() => note.remove(), 2500);
  }

  eppv.actions.share = share;
  eppv.actions.copy = (target) => {
    const source = document.getElementById(target.dataset.from);
    const part = source.querySelector('[lang="' + eppv.lang() + '"]') || source;
    copy(part.textContent.trim()).then((done) => {
      toast(done ? eppv.ui.copied : eppv.ui.copy_by_hand);
      eppv.announce(done ? eppv.ui.copied : eppv.ui.copy_by_hand);
    });
  };
  /* out of a frame into the whole page, as it stands */
  document.addEventListener("click", (event) => {
    const full = event.target.closest && event.target.closest("a.full-page");
    if (full) {
      full.href = eppv.state.address({ embed: "" });
    }
  }, true);
  eppv.state.define("embed", (value) => {
    const root = document.documentElement;
    root.classList.toggle("is-embedded", value === "1" || root.dataset.embed === "1");
    eppv.maps.forEach((map) => map.invalidateSize({ pan: false }));
  });
  eppv.share = { copier, copy, dialog, fileName, link, save, toast };
})();
