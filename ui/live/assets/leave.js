// Asks before a page goes whose field holds words that neither leaving it nor Enter has sent.
let typed = false;   // a line that Enter begins in a text is input, after its key
addEventListener("input", ({ target }) => { typed = !!target.closest("[data-testid^=stText]"); });
addEventListener("focusout", () => { typed = false; });
addEventListener("keydown", ({ key }) => { typed &&= key !== "Enter"; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
export default () => {};
