/*
 * See Documentation/springs.rst, and Documentation/keys.rst.
 * Not judged: Documentation/springs/*.rst, http://toys.example/Documentation/springs.rst
 */
int toy;
