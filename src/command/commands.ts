import { auditVerifyCommand } from './audit-verify.ts';
import type { Command } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { helpCommand } from './help-command.ts';
import { peopleAddCommand } from './people-add.ts';
import { peopleListCommand } from './people-list.ts';
import { peopleMergeCommand } from './people-merge.ts';
import { peopleNotifyCommand } from './people-notify.ts';
import { peopleRemoveCommand } from './people-remove.ts';
import { peopleRenameCommand } from './people-rename.ts';
import { peopleShowCommand } from './people-show.ts';
import { peopleIgnoreCommand, peopleWatchCommand, peopleWelcomeCommand } from './people-standing.ts';
import { peopleUnmergeCommand } from './people-unmerge.ts';
import { recognizeCommand } from './recognize.ts';
import { ringCommand } from './ring.ts';
import { runCommand } from './run.ts';
import { settingsSetCommand } from './settings-set.ts';
import { settingsUnsetCommand } from './settings-unset.ts';
import { settingsCommand } from './settings.ts';
import { versionCommand } from './version.ts';
import { visitsCommand } from './visits.ts';

/** Every command, in the order of help. */
export function commands(): readonly Command[] {
  return [
    runCommand, ringCommand, visitsCommand, recognizeCommand,
    peopleListCommand, peopleAddCommand, peopleShowCommand, peopleRenameCommand, peopleMergeCommand,
    peopleUnmergeCommand, peopleWatchCommand, peopleIgnoreCommand, peopleWelcomeCommand, peopleNotifyCommand,
    peopleRemoveCommand,
    doctorCommand, settingsCommand, settingsSetCommand, settingsUnsetCommand, auditVerifyCommand,
    versionCommand, helpCommand,
  ]; // prettier-ignore
}
