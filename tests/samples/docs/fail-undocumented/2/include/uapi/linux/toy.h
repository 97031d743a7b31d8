#define TOY_MAGIC 'T'
#define TOY_WIND _IO(TOY_MAGIC, 0x01)
