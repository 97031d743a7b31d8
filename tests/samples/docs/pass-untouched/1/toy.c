int toys;
