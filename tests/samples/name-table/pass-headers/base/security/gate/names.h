#define GATE_NAME(x) #x
