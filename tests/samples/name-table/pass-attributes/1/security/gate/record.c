#include "gate.h"
const char
*gate_hook_names [ __GATE_HOOK_MAX ] __attribute__((section(".data.gate"))) __ro_after_init=
{"OPEN","READ",
"MAP","EXEC",}
;
