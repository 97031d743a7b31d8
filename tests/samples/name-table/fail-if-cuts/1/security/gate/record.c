#include "gate.h"

static const char *const gate_hook_names[] = {
	"OPEN",
#ifdef CONFIG_GATE
	"READ", "MAP", "EXEC" };
#else
	"READ" };
#endif
