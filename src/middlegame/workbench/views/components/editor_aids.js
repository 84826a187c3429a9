// Additions to the code editor: completion by the server, the cursor's line, opening a local file,
// the largest size of the text, and a draft that outlives a lost connection or a reload.
import * as CM from "nicegui-codemirror";

const PART = 150000; // characters of a message to the server, which may have a million with escapes

export default {
  props: { editor: Number, limit: Number, filed: String },
  emits: ["complete", "line", "opened", "refused", "restored"],
  template: `<span hidden></span>`,
  async mounted() {
    this.number = 0;
    this.pending = {};
    await this.$nextTick();
    const element = getElement(this.editor);
    if (!element) return;
    const view = element.editor || (await element.editorPromise, element.editor);
    if (!view) return;
    view.contentDOM.setAttribute("aria-label", "The scenario's text");
    view.scrollDOM.setAttribute("tabindex", "0");
    view.scrollDOM.setAttribute("role", "region");
    view.scrollDOM.setAttribute("aria-label", "The scenario");
    this.view = view;
    const complete = (context) => this.complete(context);
    const aids = [
      CM.EditorState.languageData.of(() => [{ autocomplete: complete }]),
      CM.EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged) this.showLine(update.state);
        if (update.docChanged) this.keepDraft();
      }),
      CM.EditorState.transactionFilter.of((transaction) => this.admit(transaction)),
    ];
    this.draft = `middlegame:${location.pathname}`;
    this.saved = this.filed.replace(/\r\n?/g, "\n");
    view.dispatch({ effects: CM.StateEffect.appendConfig.of(aids) });
    this.restoreDraft();
    let shown = "githubLight";
    const shade = () => {
      const theme = document.body.classList.contains("body--dark") ? "githubDark" : "githubLight";
      if (theme !== shown) element.setTheme((shown = theme)); // it has the browser lay out the page
    };
    this.observer = new MutationObserver(shade);
    this.observer.observe(document.body, { attributeFilter: ["class"] });
    shade();
  },
  beforeUnmount() {
    this.observer?.disconnect();
  },
  methods: {
    // Puts a suggested name into the place of a typing error, unless the text has changed there.
    replaceAt(line, column, typo, suggestion) {
      const doc = this.view.state.doc;
      if (line > doc.lines) return;
      const from = doc.line(line).from + column - 1;
      if (doc.sliceString(from, from + typo.length) !== typo) return;
      this.view.dispatch({ changes: { from, to: from + typo.length, insert: suggestion }, selection: { anchor: from + suggestion.length }, userEvent: "input.complete" });
      this.view.focus();
    },
    // What is typed or pasted beyond the limit is refused as a whole, and what is too long for one
    // message to the server is inserted in parts.
    admit(transaction) {
      if (!transaction.docChanged || !transaction.isUserEvent("input")) return transaction;
      const length = transaction.newDoc.length;
      const grows = length > transaction.startState.doc.length;
      if (grows && 3 * length > this.limit) {
        const bytes = new TextEncoder().encode(transaction.newDoc.toString()).length;
        if (bytes > this.limit) {
          setTimeout(() => this.$emit("refused", "paste"), 0);
          return [];
        }
      }
      const changes = [];
      transaction.changes.iterChanges((from, to, _start, _end, text) =>
        changes.push({ from, to, insert: text.toString() }));
      if (changes.every((change) => change.insert.length <= PART)) return transaction;
      Promise.resolve().then(() => changes.reverse().forEach((change) => this.insertInParts(change)));
      return [];
    },
    insertInParts({ from, to, insert }) {
      let start = 0;
      do {
        let end = start + PART;
        if ((insert.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1; // not between two surrogates
        const at = from + start;
        this.view.dispatch({ changes: { from: at, to: start ? at : to, insert: insert.slice(start, end) } });
        start = end;
      } while (start < insert.length);
    },
    // The server gives a page up when the connection is lost for long, and the page is then loaded
    // anew: what was typed is kept in the browser until it is saved or reverted.
    keepDraft() {
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => {
        const text = this.view.state.doc.toString();
        try {
          if (text === this.saved) sessionStorage.removeItem(this.draft);
          else sessionStorage.setItem(this.draft, JSON.stringify({ saved: this.saved, text }));
        } catch {
          sessionStorage.removeItem(this.draft);
        }
      }, 200);
    },
    restoreDraft() {
      const kept = JSON.parse(sessionStorage.getItem(this.draft) || "null");
      if (!kept || kept.text === this.saved) return;
      this.insertInParts({ from: 0, to: this.view.state.doc.length, insert: kept.text });
      if (kept.saved === this.saved) return this.$emit("restored", { changed: false, saved: "" });
      // A text too long for a message shares nothing with the file, and so is not merged unasked.
      this.$emit("restored", { changed: true, saved: kept.saved.length > PART ? "" : kept.saved });
      this.saved = kept.saved;
    },
    markSaved(text) {
      this.saved = text.replace(/\r\n?/g, "\n");
      this.keepDraft();
    },
    showLine(state) {
      const line = state.doc.lineAt(state.selection.main.head).number;
      if (line === this.at) return;
      this.at = line;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("line", line), 150);
    },
    complete(context) {
      const word = context.matchBefore(/[^\s{}\[\],:|=!()"'#]*/);
      const line = context.state.doc.lineAt(context.pos);
      const before = line.text.slice(0, context.pos - line.from);
      if (!context.explicit && !word.text && !/[\[{,:=|] ?$|^\s+$/.test(before)) return null;
      const number = ++this.number;
      return new Promise((resolve) => {
        this.pending[number] = (options) =>
          resolve(options.length ? { from: word ? word.from : context.pos, options, validFor: /^[^\s{}\[\],:|=!()"'#]*$/ } : null);
        this.$emit("complete", { number, line: line.number, column: before.length + 1 });
      });
    },
    // The browser opens its file dialog only from within the click itself.
    pickFile(limit) {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = ".yaml,.yml";
      input.addEventListener("change", () => this.openFile(input.files[0], limit));
      input.click();
    },
    async openFile(file, limit) {
      if (!file || !this.view) return;
      if (file.size > limit) return this.$emit("refused", "size");
      let text;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      } catch {
        return this.$emit("refused", "encoding");
      }
      this.$emit("opened", file.name);
      const whole = { from: 0, to: this.view.state.doc.length, insert: text.replace(/\r\n?/g, "\n") };
      this.insertInParts(whole);
    },
    offer(number, options) {
      this.pending[number]?.(options);
      delete this.pending[number];
    },
  },
};
