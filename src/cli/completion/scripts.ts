/** Calls the program itself at every press of the key, so that a script is never out of date. */
const scripts = {
  bash: `# Completion of gatebench for bash. In ~/.bashrc:
#   eval "$(gatebench completion bash)"
_gatebench() {
  local IFS=$'\\n' line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" --complete "\${words[@]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace; fi
  # Bash takes what stands before = for a word of its own.
  if [[ \${COMP_WORDS[COMP_CWORD]} != --*=* ]]; then COMPREPLY=("\${COMPREPLY[@]#--*=}"); fi
}
complete -F _gatebench gatebench
`,
  zsh: `#compdef gatebench
# Completion of gatebench for zsh. In ~/.zshrc, after compinit:
#   eval "$(gatebench completion zsh)"
_gatebench() {
  local line
  local -a words_so_far offers folders
  words_so_far=("\${(@)words[2,CURRENT]}")
  while IFS= read -r line; do
    case $line in
      :files) _files; return ;;
      :folders) _files -/; return ;;
      */) folders+=("$line") ;;
      *) offers+=("\${\${line//:/\\\\:}/$'\\t'/:}") ;;
    esac
  done < <("\${words[1]}" --complete "\${words_so_far[@]}" 2>/dev/null)
  (( \${#folders} )) && compadd -S '' -- "\${folders[@]}"
  (( \${#offers} )) && _describe -V gatebench offers
}
if [[ $funcstack[1] == _gatebench ]]; then _gatebench "$@"; else compdef _gatebench gatebench; fi
`,
  fish: `# Completion of gatebench for fish. Once:
#   gatebench completion fish > ~/.config/fish/completions/gatebench.fish
function __gatebench_complete
    set -l words (commandline -opc)
    set -l offers ($words[1] --complete $words[2..] (commandline -ct) 2>/dev/null)
    switch "$offers[1]"
        case :files
            __fish_complete_path (commandline -ct)
        case :folders
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\\n' $offers
    end
end
complete -c gatebench -f -k -a '(__gatebench_complete)'
`,
} as const;

export type Shell = keyof typeof scripts;

export const shells = Object.keys(scripts) as Shell[];

export const completionScript = (shell: Shell): string => scripts[shell];
