from mhero.cli.main import app

app()
