/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _GATE_H
#define _GATE_H

#include "hooks.h"

#endif
