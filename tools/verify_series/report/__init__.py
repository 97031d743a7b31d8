# SPDX-License-Identifier: GPL-2.0-or-later
"""The report in its formats, all made of the one :class:`~verify_series.model.Report`."""
