// SPDX-License-Identifier: GPL-2.0-or-later
#include "pump.h"

static const char * const states[PUMP_STATE_MAX] = {
	"idle",
	"filling",
	"empty",
	"broken",
};
