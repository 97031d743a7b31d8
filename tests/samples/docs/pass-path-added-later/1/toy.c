/* See Documentation/springs.rst. */
int toy;
