"""Rows of a workbook's sheet, by the headings of its first."""


def sheet_rows(page) -> list[dict]:
    heads = [cell.value for cell in page[1]]
    return [dict(zip(heads, [cell.value for cell in row], strict=True)) for row in page.iter_rows(min_row=2)]
