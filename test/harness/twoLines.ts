/** Code behind whose last line the demonstration model writes the rest of it and another line, whatever else it is shown. */
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
