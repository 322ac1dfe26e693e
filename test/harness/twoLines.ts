/** Code that the demonstration model always continues by the rest of the last line and one more line. */
export const beforeTwoLines = [
  "class Greek:",
  "    def set(self, alpha, beta, gamma):",
  "        self.alpha = alpha",
  "        self.beta = beta",
  "        self.gamma = gamma",
  "",
  "    def reset(self, alpha, beta, gamma):",
  "        self."
];
