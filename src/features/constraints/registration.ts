import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {SinglePanel} from "../../host/singlePanel";
import type {ConstraintPanel} from "./constraintPanel";

/** Texts under a grammar or a JSON schema: completed, and scored. */
export function registerConstraints(host: Host): vscode.Disposable {
  const panel = new SinglePanel<ConstraintPanel>();
  return vscode.Disposable.from(
    registerCommand(host, "scoreUnderSchema", async () => {
      const [{scoreUnderConstraint}, {ConstraintPanel}] = await Promise.all([
        import("./scoreUnderConstraint"),
        import("./constraintPanel")
      ]);
      const result = await scoreUnderConstraint(host);
      if (result !== undefined) (panel.opened ?? panel.keep(ConstraintPanel.create(host))).show(result);
    }),
    registerCommand(host, "completeUnderGrammar", async () => {
      const {completeUnderConstraint} = await import("./completeUnderConstraint");
      await completeUnderConstraint(host);
    }),
    panel
  );
}
