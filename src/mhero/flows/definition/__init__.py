"""Flow definitions: read, validated, brought up to the present version, inspected and written back."""
