import { didYouMean } from '../settings/nearest.ts';
import { exitCodes, misused, type Command } from './command.ts';
import {
  type Candidate,
  completionPlaces,
  type Place,
  type Shell,
  shells,
  valuedOptions,
} from './completion-places.ts';

/** What a shell proposes when somebody presses Tab. `list`: every command. */
export const completionCommand = (list: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'Print what bash, zsh or fish needs to complete these commands',
  parameters: { text: 'SHELL', min: 1, max: 1 },
  description:
    'doorward install puts all three in place. Without it: source <(doorward completion bash), or ' +
    'doorward completion fish > ~/.config/fish/completions/doorward.fish.',
  async run(context) {
    const [typed = ''] = context.args;
    const shell = shells.find((one) => one === typed);
    if (shell === undefined) {
      const expected = `bash, zsh or fish was expected${didYouMean(typed, shells)}`;
      return misused(context, 'completion', `cannot complete in ${JSON.stringify(typed)}: ${expected}`);
    }
    context.terminal.print(completionFor(shell, list()).trimEnd());
    return exitCodes.done;
  },
});

/** The whole file for one shell, made from the list of commands. */
export function completionFor(shell: Shell, list: readonly Command[]): string {
  const places = completionPlaces(list);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}

/** `'people add '*`: further words may follow, or none. */
function pattern({ typed, isOpen }: Place): string {
  return `'${typed} '${isOpen ? '*' : ''}`;
}

function bash(places: readonly Place[]): string {
  const cases = places.map((place) => {
    const words = place.candidates.map(({ word }) => word).join(' ');
    const options = place.options.map(({ word }) => word).join(' ');
    return `    ${pattern(place)}) words='${words}' options='${options}'${place.takesFiles ? ' files=yes' : ''} ;;`;
  });
  return `# Completes doorward in bash. Made from its list of commands by: doorward completion bash
_doorward() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local valued=' ${valuedOptions(places).join(' ')} ' typed='' words='' options='' files='' index
  COMPREPLY=()
  # Options, and the values behind them, are no part of the command. bash makes = a word of its own.
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      -*)
        if [[ \${COMP_WORDS[index+1]} == '=' ]]; then ((index += 2))
        elif [[ $valued == *" \${COMP_WORDS[index]} "* ]]; then ((index++)); fi ;;
      *) typed+="\${COMP_WORDS[index]} " ;;
    esac
  done
  case "\${typed:- }" in
${cases.join('\n')}
  esac
  if [[ $valued == *" $previous "* || $word == '=' || $previous == '=' ]]; then
    [[ $word == '=' ]] && word=''
    words='' files=yes
  elif [[ $word == -* ]]; then
    words="$options" files=''
  fi
  if [[ -n $words ]]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"); fi
  if [[ -n $files ]]; then
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
  fi
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _doorward doorward
`;
}

function zsh(places: readonly Place[]): string {
  const described = (all: readonly Candidate[]): string => all.map(({ word, words }) => quoted(`${word.replaceAll(':', '\\:')}:${words}`)).join(' '); // prettier-ignore
  const cases = places.map(
    (place) =>
      `    ${pattern(place)}) candidates=(${described(place.candidates)}) options=(${described(place.options)})` +
      `${place.takesFiles ? ' files=yes' : ''} ;;`,
  );
  return `#compdef doorward
# Completes doorward in zsh. Made from its list of commands by: doorward completion zsh
_doorward() {
  local valued=' ${valuedOptions(places).join(' ')} ' typed='' files='' index
  local -a candidates options
  # Options, and the values behind them, are no part of the command.
  for ((index = 2; index < CURRENT; index++)); do
    case "\${words[index]}" in
      -*) if [[ $valued == *" \${words[index]} "* ]]; then ((index++)); fi ;;
      *) typed+="\${words[index]} " ;;
    esac
  done
  if [[ $valued == *" \${words[CURRENT-1]} "* ]]; then _files; return; fi
  case "\${typed:- }" in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option options; return; fi
  if (( \${#candidates} )); then _describe command candidates; fi
  if [[ -n $files ]]; then _files; fi
}
if [[ \${funcstack[1]} == _doorward ]]; then _doorward "$@"; else compdef _doorward doorward; fi
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const at = `complete -c doorward -n ${fishQuoted(`__doorward_at ${fishQuoted(`${place.typed}${place.isOpen ? '*' : ''}`)}`)}`;
    const words = place.candidates.map(
      ({ word, words: said }) => `${at} -a ${fishQuoted(word)}${fishDescription(said)}`,
    );
    const options = place.options.map(
      ({ word, words: said, takesValue }) =>
        `${at} -l ${word.replace(/^--/, '').replace(/=$/, '')}${takesValue ? ' -r -F' : ''}${fishDescription(said)}`,
    );
    return [...words, ...options, ...(place.takesFiles ? [`${at} -F`] : [])];
  });
  return `# Completes doorward in fish. Made from its list of commands by: doorward completion fish
# Whether the command typed so far is this one: options, and the values behind them, are no part of it.
function __doorward_at
    set -l valued ${valuedOptions(places).join(' ')}
    set -l typed
    set -l isValue 0
    for word in (commandline -opc)[2..]
        if test $isValue = 1
            set isValue 0
        else if contains -- $word $valued
            set isValue 1
        else if not string match -q -- '-*' $word
            set -a typed $word
        end
    end
    set -l line (string join ' ' -- $typed)
    string match -q -- $argv[1] "$line"
end
complete -c doorward -f
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

function fishDescription(words: string): string {
  return words === '' ? '' : ` -d ${fishQuoted(words)}`;
}
