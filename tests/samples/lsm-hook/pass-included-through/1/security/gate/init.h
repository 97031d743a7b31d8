void gate_open(void);
