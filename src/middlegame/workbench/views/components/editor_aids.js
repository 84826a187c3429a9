// What the code editor lacks: completion that the server knows, and the line one is at.
import * as CM from "nicegui-codemirror";

export default {
  props: { editor: Number },
  emits: ["ask", "line"],
  template: `<span hidden></span>`,
  async mounted() {
    this.number = 0;
    this.asked = {};
    await this.$nextTick();
    const element = getElement(this.editor);
    if (!element) return;
    const view = element.editor || (await element.editorPromise, element.editor);
    if (!view) return;
    view.contentDOM.setAttribute("aria-label", "The scenario's text");
    view.scrollDOM.setAttribute("tabindex", "0");
    view.scrollDOM.setAttribute("role", "region");
    view.scrollDOM.setAttribute("aria-label", "The scenario");
    const complete = (context) => this.complete(context);
    const aids = [
      CM.EditorState.languageData.of(() => [{ autocomplete: complete }]),
      CM.EditorView.updateListener.of((update) => {
        if (update.selectionSet || update.docChanged) this.here(update.state);
      }),
    ];
    view.dispatch({ effects: CM.StateEffect.appendConfig.of(aids) });
    const shade = () => element.setTheme(document.body.classList.contains("body--dark") ? "githubDark" : "githubLight");
    this.observer = new MutationObserver(shade);
    this.observer.observe(document.body, { attributeFilter: ["class"] });
    shade();
  },
  beforeUnmount() {
    this.observer?.disconnect();
  },
  methods: {
    here(state) {
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
        this.asked[number] = (options) =>
          resolve(options.length ? { from: word ? word.from : context.pos, options, validFor: /^[^\s{}\[\],:|=!()"'#]*$/ } : null);
        this.$emit("ask", { number, line: line.number, column: before.length + 1 });
        setTimeout(() => this.offer(number, []), 3000);
      });
    },
    offer(number, options) {
      this.asked[number]?.(options);
      delete this.asked[number];
    },
  },
};
