"""Several workers as one service: sockets that outlive them, their life and death, one account of all."""
