// The page's address and the browser's history; links within the page; undo and redo by key.
const PACE = 250; // milliseconds between two addresses: browsers refuse more than some hundred a minute
export default {
  emits: ["back", "undo", "redo"],
  template: "<span hidden></span>",
  mounted() {
    history.scrollRestoration = "manual";
    this.returned = (event) => {
      this.forget();
      this.height = event.state?.scroll || 0;
      this.$emit("back", location.search.slice(1));
    };
    this.pressed = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      // A text field and the editor undo what is typed in them.
      if (event.target.closest("textarea, .cm-editor, input:not([type=range]):not([type=checkbox]), [contenteditable=true]")) return;
      event.preventDefault();
      this.$emit(key === "y" || event.shiftKey ? "redo" : "undo");
    };
    // The address holds the page's place, so a link to another part of the page stays out of it.
    this.followed = (event) => {
      const link = event.target.closest("a[href^='#']");
      if (!link) return;
      event.preventDefault();
      const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      part?.scrollIntoView({ block: "center" });
      part?.focus({ preventScroll: true });
    };
    addEventListener("popstate", this.returned);
    document.addEventListener("click", this.followed);
    document.addEventListener("keydown", this.pressed);
  },
  unmounted() {
    this.forget();
    removeEventListener("popstate", this.returned);
    document.removeEventListener("click", this.followed);
    document.removeEventListener("keydown", this.pressed);
  },
  methods: {
    push(address, top) {
      this.forget();
      history.replaceState({ scroll: scrollY }, "");
      history.pushState({ scroll: 0 }, "", address);
      if (top) scrollTo(0, 0);
    },
    replace(address) {
      this.address = address;
      if (this.timer || !this.write()) return;
      this.timer = setTimeout(() => {
        this.timer = null;
        this.write();
      }, PACE);
    },
    write() {
      if (location.pathname + location.search === this.address) return false;
      history.replaceState(history.state, "", this.address);
      return true;
    },
    forget() {
      clearTimeout(this.timer);
      this.timer = null;
    },
    arrive() {
      requestAnimationFrame(() => scrollTo(0, this.height || 0));
    },
  },
};
