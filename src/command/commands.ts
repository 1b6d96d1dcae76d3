import { accessCertificateCommand } from './access-certificate.ts';
import { accessGrantCommands } from './access-grants.ts';
import { accessCommands } from './access.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { candidateCommand } from './candidate.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion.ts';
import { dashboardsCommand } from './dashboards.ts';
import { doctorCommand } from './doctor.ts';
import { fallBackCommand } from './fall-back.ts';
import { helpCommand } from './help-command.ts';
import { historyCommand } from './history.ts';
import { installCommand } from './install.ts';
import { licencesCommand } from './licences.ts';
import { manCommand } from './man.ts';
import { modelCommands } from './models.ts';
import { peopleCommands } from './people.ts';
import { recognizeCommand } from './recognize.ts';
import { releaseBuildCommand } from './release-build.ts';
import { releaseInspectCommand } from './release-inspect.ts';
import { releaseKeysCommand } from './release-keys.ts';
import { releaseRootCommand } from './release-root.ts';
import { releaseSignCommand } from './release-sign.ts';
import { releaseVerifyCommand } from './release-verify.ts';
import { restoreCommand } from './restore.ts';
import { revertCommand } from './revert.ts';
import { ringCommand } from './ring.ts';
import { runCommand } from './run.ts';
import { selfTestCommand } from './self-test.ts';
import { settingsSetCommand } from './settings-set.ts';
import { settingsUnsetCommand } from './settings-unset.ts';
import { settingsCommand, settingsExplainCommand } from './settings.ts';
import { statusCommand } from './status.ts';
import { strangersNameCommand } from './strangers-name.ts';
import { strangersCommand } from './strangers.ts';
import { uninstallCommand } from './uninstall.ts';
import { updateCommand } from './update.ts';
import { versionCommand } from './version.ts';
import { visitsCommand } from './visits.ts';

/** Every command, in the order of help. */
export function commands(): readonly Command[] {
  return [
    runCommand, statusCommand, ringCommand, visitsCommand, recognizeCommand,
    ...peopleCommands, strangersCommand, strangersNameCommand, ...modelCommands,
    selfTestCommand, doctorCommand, settingsCommand, settingsExplainCommand, settingsSetCommand, settingsUnsetCommand,
    ...accessCommands, ...accessGrantCommands, accessCertificateCommand, auditVerifyCommand,
    updateCommand, revertCommand, historyCommand, restoreCommand,
    releaseKeysCommand, releaseRootCommand, releaseBuildCommand, releaseSignCommand, releaseInspectCommand,
    releaseVerifyCommand,
    installCommand(commands), uninstallCommand, dashboardsCommand, licencesCommand, completionCommand(commands),
    manCommand(commands), fallBackCommand, versionCommand, helpCommand, candidateCommand,
  ]; // prettier-ignore
}
