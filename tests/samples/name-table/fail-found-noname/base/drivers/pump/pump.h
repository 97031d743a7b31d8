/* SPDX-License-Identifier: GPL-2.0-or-later */
enum pump_state {
	PUMP_STATE_IDLE,
	PUMP_STATE_FILLING,
	PUMP_STATE_EMPTY,
	PUMP_STATE_BROKEN,
	PUMP_STATE_MAX,
};
