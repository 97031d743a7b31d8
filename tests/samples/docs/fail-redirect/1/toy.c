/* See https://docs.kernel.org/keychain.html and https://docs.kernel.org/winding.html */
int toy;
