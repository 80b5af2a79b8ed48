"""From our network to other tools' models and back; the only importers of pandapipes and pandapower."""
