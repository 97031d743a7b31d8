# SPDX-License-Identifier: GPL-2.0-or-later
"""Says which parameters of a source have no description, and shows nothing."""

import re

from docutils.parsers.rst import Directive, directives
from sphinx.util import logging


def setup_kfiles(app):
    pass


class KernelDocDirective(Directive):
    required_arguments = 1
    option_spec = {"identifiers": directives.unchanged}

    def run(self):
        path = self.arguments[0]
        self.state.document.settings.env.note_dependency("../" + path)
        for number, line in enumerate(open(path), 1):
            if name := re.search(r"int (\w+)\) /\* undescribed \*/", line):
                said = "./%s:%d function parameter '%s' not described" % (path, number, name[1])
                logging.getLogger("kerneldoc").warning(said)
        return []


def setup(app):
    app.add_config_value("kerneldoc_srctree", None, "env")
    app.add_directive("kernel-doc", KernelDocDirective)
