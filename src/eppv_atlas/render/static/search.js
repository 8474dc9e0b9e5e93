/* Finding by words: Chinese, English, or pinyin in full, in part or by initials. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.search) {
    return;
  }

  /* the same letters for the same word: width, case, accents; render/words.py folds alike */
  function fold(text) {
    return text.normalize("NFKC").normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  /* a syllable may be typed whole, by its initial, or cut short at the end: xixishidi, xxsd, xixis */
  function fits(query, syllables, at) {
    if (!query) {
      return true;
    }
    if (at >= syllables.length) {
      return false;
    }
    const syllable = syllables[at];
    for (let k = Math.min(syllable.length, query.length); k > 0; k -= 1) {
      const initial = k === 1 || (k === 2 && /^[zcs]h/.test(syllable));
      if (
        (k === syllable.length || initial || k === query.length) &&
        syllable.startsWith(query.slice(0, k)) &&
        fits(query.slice(k), syllables, at + 1)
      ) {
        return true;
      }
    }
    return false;
  }

  /* a short word would be found in every long name: it has to begin one */
  const SHORT = 3;

  function spelled(query, names) {
    return names.some((syllables) => syllables.some((_, at) => (at === 0 || query.length > SHORT) && fits(query, syllables, at)));
  }

  /* likewise a short Latin word has to be a whole one: tea is not in steam */
  function holds(text, token) {
    return /^[a-z0-9]+$/.test(token) && token.length <= SHORT ? (" " + text + " ").includes(" " + token + " ") : text.includes(token);
  }

  /* words: { text, pinyin: ["xi xi shi di", …] } made ready once */
  function entry(words) {
    return { text: words.text, names: (words.pinyin || []).map((name) => name.split(" ")) };
  }

  /* words are found one by one; syllables typed apart (xi xi shi) only where they follow each other */
  function matcher(query) {
    const words = query.normalize("NFC").split(/[\s,，、;；]+/).filter(Boolean);
    const tokens = words.map(fold);
    const spellings = words.map((word) => fold(word.replace(/[üÜ]/g, "v")).replace(/'/g, ""));
    const latin = spellings.every((word) => /^[a-z]+$/.test(word));
    const joined = spellings.join("");
    return (item) =>
      (latin && joined.length > 1 && spelled(joined, item.names)) ||
      tokens.every(
        (token, n) => holds(item.text, token) || (/^[a-z]{4,}$/.test(spellings[n]) && spelled(spellings[n], item.names))
      );
  }

  eppv.search = { entry, fold, matcher };
})();
