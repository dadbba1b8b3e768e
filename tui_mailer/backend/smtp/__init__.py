"""The submission server, by aiosmtplib."""
