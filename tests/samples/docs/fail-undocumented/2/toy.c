int toy;

static int __init toy_setup(char *text)
{
	return 1;
}
__setup("toy_speed=", toy_setup);

static const struct ctl_table toy_table[] = {
	{
		.procname = "toy-volume",
	},
};

static DEVICE_ATTR_RO(wound_up);
