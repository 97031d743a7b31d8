/* Documentation/winding.rst tells how to wind it up. */
extern int toy;
