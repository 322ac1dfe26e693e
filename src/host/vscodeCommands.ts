/** VS Code's own commands that several places use. */
export const openSettingsCommand = "workbench.action.openSettings";
export const manageTrustCommand = "workbench.trust.manage";
export const revealInFileManagerCommand = "revealFileInOS";
