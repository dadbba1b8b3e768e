"""Values and rules of the field: no input or output, standard library and stdnum only."""
