/** Texts with markup and control characters. Wherever a stranger's text is shown, these must stay plain text. */
export const hostileTexts = {
  script: "</script><script>globalThis.hurt = 1</script>\"'>",
  image: "<img src=x onerror='globalThis.hurt = 1'>",
  frame: "<iframe srcdoc='<script>parent.hurt = 1</script>'></iframe><svg onload='hurt = 1'>",
  commandLink: "[open](command:workbench.action.quit) <command:workbench.action.quit>",
  webLink: "[a](https://evil.test) https://evil.test ![p](https://evil.test/p.png) [r][1]\n\n[1]: https://evil.test",
  icon: "$(flame) \\$(flame) $(loading~spin)",
  markdown: "**bold** _it_ `code` # head\n| a | b |\n|--|--|\n> quote\n- list &lt; &#60;",
  ansi: "\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b31m",
  bidi: "\u202egpj.exe\u202c \u2066a\u2069 \u200fb\u061c",
  controls: "a\0b\b\r\f\v\u007f\u0085\ufeff\u200b\u2028\u2029",
  lines: "one\n2026-01-01 00:00:00.000 [error] forged\r\ntwo",
  surrogates: "\ud800a\udfff",
  placeholders: "{0} {1} %s %d $& $1 %extension.description%",
  formula: "=cmd|'/C calc'!A0;=1+1\t=2+2,@SUM(1)",
  prototype: "__proto__"
} as const;

/** All of them in one text, each at the start of a line. */
export const allHostile: string = Object.values(hostileTexts).join("\n");
