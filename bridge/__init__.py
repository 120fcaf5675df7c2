"""Messages, wire format and emitters: the ground floor that everything else stands on."""
