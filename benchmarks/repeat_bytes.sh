# repeat N B...: N bytes of these octal numbers, again and again.
repeat() {
  local count=$1 i
  shift
  for ((i = 0; i < count; i += $#)); do printf "$(printf '\\%s' "$@")"; done
}
