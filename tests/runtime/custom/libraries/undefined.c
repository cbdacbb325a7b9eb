/* Needs a function that nobody has. */
void* NobodyHasThis(void);
void* Register_Broken(void);
void* Register_Broken(void) { return NobodyHasThis(); }
